-- Writes lost documents again, as a replay of the history gave them; one that is there is left.
--
-- KEYS  1 sequence  2 stream  3 counts of documents  4 checkpoint  5… the hashes of documents
-- ARGV  1 number of the last event that was replayed  2 its nonce  3 the checkpoint to keep, "" for the one there is
--       then for each document: index in KEYS, id, JSON
-- Answer  the number of documents written, or -1 when the history has gone on meanwhile; nothing was written then

local entry = redis.call('XREVRANGE', KEYS[2], '+', '-', 'COUNT', 1)[1]
local seq, nonce = string.match(entry and entry[1] or '0-0', '^(%d+)%-(%d+)$')
local counted = redis.call('GET', KEYS[1]) or '0'
if tonumber(counted) > tonumber(seq) then
  seq, nonce = counted, '0'
end
if seq ~= ARGV[1] or nonce ~= ARGV[2] then
  return -1
end
redis.call('SET', KEYS[1], seq)
if ARGV[3] ~= '' then
  redis.call('HSET', KEYS[4], 'seq', seq, 'state', ARGV[3])
end
local written = 0
for i = 4, #ARGV, 3 do
  written = written + redis.call('HSETNX', KEYS[tonumber(ARGV[i])], ARGV[i + 1], ARGV[i + 2])
end
for i = 5, #KEYS do
  redis.call('HSET', KEYS[3], KEYS[i], redis.call('HLEN', KEYS[i]))
end
return written
