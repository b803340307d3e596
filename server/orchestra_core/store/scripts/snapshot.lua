-- Reads a project's whole state at one moment.
--
-- KEYS  1 sequence  2 stream  3 order of the archive  4… hashes whose values are JSON documents
--       last but one: presence  last: heartbeats
-- ARGV  1 "fields" to have each document by itself; may be left out
-- Answer  {sequence, nonce of that event, number of archived tasks, one JSON array of documents per hash,
--          the list of presence reports,
--          {the store's time in ms since 1970, then id and heartbeat of each clone in turn}}
--         or, with "fields", a list of names and documents in turn for each hash
--
-- Joined here, because one long string crosses and decodes many times faster than 10,000 fields.

local last = redis.call('XREVRANGE', KEYS[2], '+', '-', 'COUNT', 1)[1]
local seq, nonce = string.match(last and last[1] or '0-0', '^(%d+)%-(%d+)$')
local counted = redis.call('GET', KEYS[1]) or '0'
if tonumber(counted) > tonumber(seq) then  -- the stream is lost, or was trimmed to nothing
  seq, nonce = counted, '0'
end
local answer = {seq, nonce, redis.call('ZCARD', KEYS[3])}
for i = 4, #KEYS - 2 do
  if ARGV[1] == 'fields' then
    answer[i] = redis.call('HGETALL', KEYS[i])
  else
    answer[i] = '[' .. table.concat(redis.call('HVALS', KEYS[i]), ',') .. ']'
  end
end
-- Reports come from hooks: each stays by itself, so that a bad one spoils no other.
answer[#KEYS - 1] = redis.call('HVALS', KEYS[#KEYS - 1])
local heartbeats = redis.call('HGETALL', KEYS[#KEYS])
local time = redis.call('TIME')
table.insert(heartbeats, 1, string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000)))
answer[#KEYS] = heartbeats
return answer
