-- Commits one change whole: state, history and the bell, or nothing.
--
-- KEYS  1 sequence  2 stream  3 claims  4 the operation's answer  5… the hashes of documents
-- ARGV  1 channel  2 seconds to keep the operation's answer, then six lists, each begun by its length:
--       guards     (index in KEYS, field, the raw value that was read; "" for none)
--       sizes      (index in KEYS, number of fields that was read)
--       claims     (name, holder)
--       documents  (index in KEYS, id, JSON)
--       releases   (name, holder); one that another holds stays the other's
--       events     (JSON without its seq)
-- Answer  {"done", first seq, last seq}    last < first when there was no event
--         {"repeated", {event JSON…}}      the operation was done before; nothing was written
--         {"stale"}                        something read has changed since; nothing was written
--         {"taken", name, holder}          a claim is another's; nothing was written

local at = 3

-- Takes the next list: groups of `width` arguments, behind their number.
local function take(width)
  local groups = {}
  local count = tonumber(ARGV[at])
  at = at + 1
  for i = 1, count do
    local group = {}
    for j = 1, width do
      group[j] = ARGV[at]
      at = at + 1
    end
    groups[i] = group
  end
  return groups
end

local first_answer = redis.call('GET', KEYS[4])
if first_answer then
  local from, to = string.match(first_answer, '^(%d+):(%d+)$')
  local events = {}
  if tonumber(from) <= tonumber(to) then
    for i, entry in ipairs(redis.call('XRANGE', KEYS[2], from .. '-0', to .. '-0')) do
      events[i] = entry[2][2]
    end
  end
  return {'repeated', events}
end

local guards, sizes, claims = take(3), take(2), take(2)
local documents, releases, events = take(3), take(2), take(1)

for _, guard in ipairs(guards) do
  if (redis.call('HGET', KEYS[tonumber(guard[1])], guard[2]) or '') ~= guard[3] then
    return {'stale'}
  end
end
for _, size in ipairs(sizes) do
  if redis.call('HLEN', KEYS[tonumber(size[1])]) ~= tonumber(size[2]) then
    return {'stale'}
  end
end
for _, claim in ipairs(claims) do
  local holder = redis.call('HGET', KEYS[3], claim[1])
  if holder and holder ~= claim[2] then
    return {'taken', claim[1], holder}
  end
end

-- The stream first: XADD is the one write that can be refused, and then nothing else was written.
local before = tonumber(redis.call('GET', KEYS[1]) or '0')
local numbered = {}
for i, event in ipairs(events) do
  local seq = string.format('%.0f', before + i)
  numbered[i] = '{"seq":' .. seq .. ',' .. string.sub(event[1], 2)
  redis.call('XADD', KEYS[2], seq .. '-0', 'e', numbered[i])
end
local first = string.format('%.0f', before + 1)
local last = string.format('%.0f', before + #events)
if #events > 0 then
  redis.call('SET', KEYS[1], last)
end
for _, claim in ipairs(claims) do
  redis.call('HSET', KEYS[3], claim[1], claim[2])
end
for _, document in ipairs(documents) do
  redis.call('HSET', KEYS[tonumber(document[1])], document[2], document[3])
end
for _, release in ipairs(releases) do
  if redis.call('HGET', KEYS[3], release[1]) == release[2] then
    redis.call('HDEL', KEYS[3], release[1])
  end
end
redis.call('SET', KEYS[4], first .. ':' .. last, 'EX', ARGV[2])
for _, event in ipairs(numbered) do
  redis.call('PUBLISH', ARGV[1], event)
end
return {'done', first, last}
