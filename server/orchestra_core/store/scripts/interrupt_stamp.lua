-- Stamps an interrupt with how far it has come, and says so in the history.
--
-- KEYS  1 interrupts  2 sequence  3 stream
-- ARGV  1 channel  2 interrupt id  3 new state  4 at, ms since 1970  5 actor
--       6 a note on how it ended  7 the event's nonce; both may be left out
-- Answer  the interrupt's JSON as it is now, or nil when there is none with this id
--
-- The order is sent < posted < delivered < acted; cancelled and expired are the other ends. A stamp
-- that would go back, repeat, or leave an end changes nothing and emits nothing. Steps may be left out.

local RANK = {sent = 1, posted = 2, delivered = 3, acted = 4, cancelled = 5, expired = 5}
local STAMP = {
  posted = 'posted_at', delivered = 'delivered_at', acted = 'acted_at',
  cancelled = 'ended_at', expired = 'ended_at',
}
local ENDED = 4

local raw = redis.call('HGET', KEYS[1], ARGV[2])
if not raw then
  return false
end
local state = ARGV[3]
if not RANK[state] then
  return redis.error_reply('ERR ' .. state .. ' is no state of an interrupt')
end
local interrupt = cjson.decode(raw)
local reached = RANK[interrupt.state or 'sent'] or ENDED
if reached >= ENDED or RANK[state] <= reached then
  return raw
end

local at = tonumber(ARGV[4])
interrupt.state = state
interrupt[STAMP[state]] = at
if ARGV[6] and ARGV[6] ~= '' then
  interrupt.note = ARGV[6]
end
local document = cjson.encode(interrupt)
local entry = redis.call('XREVRANGE', KEYS[3], '+', '-', 'COUNT', 1)[1]
local newest, after = string.match(entry and entry[1] or '0-0', '^(%d+)%-(%d+)$')
local before = math.max(tonumber(redis.call('GET', KEYS[2]) or '0'), tonumber(newest))
local seq = string.format('%.0f', before + 1)
local nonce = ARGV[7]
if not nonce then
  local time = redis.call('TIME')
  nonce = string.format('%.0f', time[1] * 1000000 + time[2])
end
local event = '{"seq":' .. seq
  .. ',"nonce":' .. nonce
  .. ',"after":' .. after
  .. ',"at":' .. string.format('%.0f', at)
  .. ',"kind":"interrupt.' .. state
  .. '","actor":' .. cjson.encode(ARGV[5])
  .. ',"task_id":' .. cjson.encode(interrupt.task_id)
  .. ',"chamber":' .. cjson.encode(interrupt.chamber)
  .. ',"data":{"interrupt":' .. document .. '}}'

-- The stream first: XADD is the one write that can be refused, and then nothing else was written.
redis.call('XADD', KEYS[3], seq .. '-' .. nonce, 'e', event)
redis.call('SET', KEYS[2], seq)
redis.call('HSET', KEYS[1], ARGV[2], document)
redis.call('PUBLISH', ARGV[1], event)
return document
