-- Reports what a chamber's worker does now, or what it has done one thing after the other.
--
-- KEYS  1 presence  2 the chamber's activity stream
-- ARGV  1 presence channel  2 chamber id  3 about how many reports the activity keeps
--       4... presence JSON, the oldest first
-- Answer  how many of them were news: not there already, and none with a later `since`
--
-- A late report joins the activity only. Reports come from files, and a reader that is killed before
-- it has removed them sends them again: the newest few of the activity tell.

local REPEATS = 32
local sinces = {}  -- what is no JSON ends here, before anything is written
for at = 4, #ARGV do
  sinces[at] = cjson.decode(ARGV[at]).since
end
local known = {}
for _, entry in ipairs(redis.call('XREVRANGE', KEYS[2], '+', '-', 'COUNT', REPEATS + #ARGV - 4)) do
  known[entry[2][2]] = true
end
local raw = redis.call('HGET', KEYS[1], ARGV[2])
local latest = raw and cjson.decode(raw).since or nil
local news = 0
for at = 4, #ARGV do
  if not known[ARGV[at]] then
    known[ARGV[at]] = true
    redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[3], '*', 'p', ARGV[at])
    if not (latest and sinces[at] and sinces[at] < latest) then
      latest = sinces[at]
      redis.call('HSET', KEYS[1], ARGV[2], ARGV[at])
      redis.call('PUBLISH', ARGV[1], ARGV[at])
      news = news + 1
    end
  end
end
return news
