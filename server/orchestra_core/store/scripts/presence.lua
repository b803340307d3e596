-- Reports what a chamber's worker does now; also run by the hook.
--
-- KEYS  1 presence  2 the chamber's activity stream
-- ARGV  1 presence channel  2 chamber id  3 presence JSON  4 about how many reports the activity keeps
-- Answer  1, or 0 when a report with a later `since` is there already
--
-- Reporters do not wait for each other, so a late one may overtake: it joins the activity only.

local since = cjson.decode(ARGV[3]).since  -- what is no JSON ends here, before anything is written
local before = redis.call('HGET', KEYS[1], ARGV[2])
redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[4], '*', 'p', ARGV[3])
if before and since and since < (cjson.decode(before).since or 0) then
  return 0
end
redis.call('HSET', KEYS[1], ARGV[2], ARGV[3])
redis.call('PUBLISH', ARGV[1], ARGV[3])
return 1
