-- Reports what a chamber's worker does now.
--
-- KEYS  1 presence  2 the chamber's activity stream
-- ARGV  1 presence channel  2 chamber id  3 presence JSON  4 about how many reports the activity keeps
-- Answer  1, or 0 when this very report, or one with a later `since`, is there already
--
-- A late report joins the activity only. Reports come from files, and a reader that is killed before
-- it has removed them sends them again: the newest few of the activity tell.

local REPEATS = 32
local since = cjson.decode(ARGV[3]).since  -- what is no JSON ends here, before anything is written
for _, entry in ipairs(redis.call('XREVRANGE', KEYS[2], '+', '-', 'COUNT', REPEATS)) do
  if entry[2][2] == ARGV[3] then
    return 0
  end
end
local before = redis.call('HGET', KEYS[1], ARGV[2])
redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[4], '*', 'p', ARGV[3])
if before and since and since < (cjson.decode(before).since or 0) then
  return 0
end
redis.call('HSET', KEYS[1], ARGV[2], ARGV[3])
redis.call('PUBLISH', ARGV[1], ARGV[3])
return 1
