-- Says that a clone is heard, unless another running machine that has its id was heard just now.
--
-- KEYS  1 clones  2 heartbeats  3 sequence  4 stream  5 counts of documents
-- ARGV  1 channel  2 the clone's JSON, without first_heard  3 holder: a digest of the machine's present run
--       4 the duties done there, '' for none, '=' for those said before
--       5 ms after which a silent holder is taken for gone  6 the nonce of an event
-- Answer  {'held', ms}              the store's time
--         {'contended', ms, ms}     the same, and when the other holder was last heard; nothing was written
--
-- Only a clone that is new, or has another name or other remotes, gets an event.

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local said = string.format('%.0f', now)
local clone = cjson.decode(ARGV[2])

local raw = redis.call('HGET', KEYS[2], clone.id)
local before = raw and cjson.decode(raw) or {}
local is_other = before.holder and before.holder ~= ARGV[3]
if is_other and (before.serves or '') ~= '' and now - (before.at or 0) < tonumber(ARGV[5]) then
  return {'contended', said, string.format('%.0f', before.at or 0)}
end

local known = redis.call('HGET', KEYS[1], clone.id)
local kind = 'appeared'
clone.first_heard = now
if known then
  local old = cjson.decode(known)
  local is_same = old.host == clone.host and old.path == clone.path and old.machine == clone.machine
  local has_same_remotes = (old.remotes or '') == (clone.remotes or '')
  kind = not is_same and 'renamed' or not has_same_remotes and 'remotes-changed' or nil
  clone.first_heard = old.first_heard
end
if kind then
  local document = cjson.encode(clone)
  local entry = redis.call('XREVRANGE', KEYS[4], '+', '-', 'COUNT', 1)[1]
  local newest, after = string.match(entry and entry[1] or '0-0', '^(%d+)%-(%d+)$')
  local last = math.max(tonumber(redis.call('GET', KEYS[3]) or '0'), tonumber(newest))
  local seq = string.format('%.0f', last + 1)
  local event = '{"seq":' .. seq .. ',"nonce":' .. ARGV[6] .. ',"after":' .. after .. ',"at":' .. said
    .. ',"kind":"clone.' .. kind .. '","actor":"orchestra","data":{"clone":' .. document .. '}}'
  -- The stream first: XADD is the one write that can be refused, and then nothing else was written.
  redis.call('XADD', KEYS[4], seq .. '-' .. ARGV[6], 'e', event)
  redis.call('SET', KEYS[3], seq)
  if redis.call('HSET', KEYS[1], clone.id, document) == 1 then
    redis.call('HINCRBY', KEYS[5], KEYS[1], 1)
  end
  redis.call('PUBLISH', ARGV[1], event)
end
local serves = ARGV[4]
if serves == '=' then
  serves = not is_other and before.serves or ''
end
redis.call('HSET', KEYS[2], clone.id, '{"at":' .. said .. ',"holder":' .. cjson.encode(ARGV[3])
  .. ',"serves":' .. cjson.encode(serves) .. '}')
return {'held', said}
