-- Commits one change whole: state, history and the bell, or nothing.
--
-- KEYS  1 sequence  2 stream  3 claims  4 the operation's answer  5 counts of documents, then where there are archives
--       or recalls: 6 archive  7 order of the archive; then the hashes of documents it names, and streams of activity
-- ARGV  1 channel  2 seconds to keep the operation's answer (0: not at all)  3 nonce of the events, then ten lists,
--       each begun by its length; empty ones at the end are left out:
--       guards     (index in KEYS, field, the raw value that was read; "" for none)
--       sizes      (index in KEYS, number of fields that was read)
--       claims     (name, holder)
--       events     (JSON without its seq, nonce and after)
--       documents  (index in KEYS, id, JSON)
--       releases   (name, holder); one that another holds stays the other's
--       archives   (task id, moment of its end, JSON of all its documents)
--       recalls    (task id)
--       drops      (index in KEYS, id), documents that are in the archive now
--       forgotten  (index in KEYS), streams of activity that nobody needs any more
-- Answer  {"done", first seq, last seq, nonce, nonce of the event before}   last < first when there was no event
--         {"repeated", {event JSON…}}      the operation was done before; nothing was written
--         {"stale"}                        something read has changed since; nothing was written
--         {"taken", name, holder}          a claim is another's; nothing was written

local first_answer = redis.call('GET', KEYS[4])
if first_answer then
  local from, to = string.match(first_answer, '^(%d+):(%d+)$')
  local events = {}
  if tonumber(from) <= tonumber(to) then
    for i, entry in ipairs(redis.call('XRANGE', KEYS[2], from, to)) do
      events[i] = entry[2][2]
    end
  end
  return {'repeated', events}
end

-- The lists are walked where they stand, each argument once: tables of them cost a third of it all.
local at = 4
local function length()
  at = at + 1
  return tonumber(ARGV[at - 1] or 0)
end

for _ = 1, length() do
  if (redis.call('HGET', KEYS[tonumber(ARGV[at])], ARGV[at + 1]) or '') ~= ARGV[at + 2] then
    return {'stale'}
  end
  at = at + 3
end
for _ = 1, length() do
  if redis.call('HLEN', KEYS[tonumber(ARGV[at])]) ~= tonumber(ARGV[at + 1]) then
    return {'stale'}
  end
  at = at + 2
end
local claims = at
for _ = 1, length() do
  local holder = redis.call('HGET', KEYS[3], ARGV[at])
  if holder and holder ~= ARGV[at + 1] then
    return {'taken', ARGV[at], holder}
  end
  at = at + 2
end

-- The stream first: XADD is the one write that can be refused, and then nothing else was written.
-- The stream says how far it has come, so that nothing depends on the sequence alone, which can be lost.
local entry = redis.call('XREVRANGE', KEYS[2], '+', '-', 'COUNT', 1)[1]
local newest, after = string.match(entry and entry[1] or '0-0', '^(%d+)%-(%d+)$')
local before = math.max(tonumber(redis.call('GET', KEYS[1]) or '0'), tonumber(newest))
local count = length()
local numbered = {}
local previous = after
for i = 1, count do
  local seq = string.format('%.0f', before + i)
  numbered[i] = '{"seq":' .. seq .. ',"nonce":' .. ARGV[3] .. ',"after":' .. previous .. ','
    .. string.sub(ARGV[at], 2)
  redis.call('XADD', KEYS[2], seq .. '-' .. ARGV[3], 'e', numbered[i])
  previous = ARGV[3]
  at = at + 1
end
local first = string.format('%.0f', before + 1)
local last = string.format('%.0f', before + count)
if count > 0 then
  redis.call('SET', KEYS[1], last)
end
for i = claims + 1, claims + 2 * tonumber(ARGV[claims] or 0), 2 do
  redis.call('HSET', KEYS[3], ARGV[i], ARGV[i + 1])
end
for _ = 1, length() do
  local new = redis.call('HSET', KEYS[tonumber(ARGV[at])], ARGV[at + 1], ARGV[at + 2])
  if new == 1 then
    redis.call('HINCRBY', KEYS[5], KEYS[tonumber(ARGV[at])], 1)
  end
  at = at + 3
end
for _ = 1, length() do
  if redis.call('HGET', KEYS[3], ARGV[at]) == ARGV[at + 1] then
    redis.call('HDEL', KEYS[3], ARGV[at])
  end
  at = at + 2
end
local archives = length()
for _ = 1, archives do
  redis.call('HSET', KEYS[6], ARGV[at], ARGV[at + 2])
  redis.call('ZADD', KEYS[7], ARGV[at + 1], ARGV[at])
  at = at + 3
end
local recalls = length()
for _ = 1, recalls do
  redis.call('HDEL', KEYS[6], ARGV[at])
  redis.call('ZREM', KEYS[7], ARGV[at])
  at = at + 1
end
if archives + recalls > 0 then
  redis.call('HINCRBY', KEYS[5], 'moves', 1)
end
for _ = 1, length() do
  local key = KEYS[tonumber(ARGV[at])]
  if redis.call('HDEL', KEYS[tonumber(ARGV[at])], ARGV[at + 1]) == 1 and redis.call('HEXISTS', KEYS[5], key) == 1 then
    redis.call('HINCRBY', KEYS[5], key, -1)
  end
  at = at + 2
end
for _ = 1, length() do
  redis.call('UNLINK', KEYS[tonumber(ARGV[at])])
  at = at + 1
end
if ARGV[2] ~= '0' then
  redis.call('SET', KEYS[4], first .. ':' .. last, 'EX', ARGV[2])
end
for i = 1, count do
  redis.call('PUBLISH', ARGV[1], numbered[i])
end
return {'done', first, last, ARGV[3], after}
