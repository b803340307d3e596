-- Removes the beginning of the history, and keeps a checkpoint of the documents as they were at its end.
--
-- KEYS  1 stream  2 checkpoint  3 counts of documents  4 tasks
-- ARGV  1 number of the last event to remove  2 its nonce  3 the documents after it, as JSON
--       4 number of the checkpoint from which they were reckoned
--       5 a moment later than that of each event to remove, in ms since 1970
-- Answer  the number of events removed, or -1 when nothing may be removed now; nothing was written then

local checkpoint = redis.call('HGET', KEYS[2], 'seq') or '0'
if checkpoint ~= ARGV[4] then
  return -1  -- another has trimmed meanwhile
end
local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
local removed = redis.call('XRANGE', KEYS[1], ARGV[1], ARGV[1])[1]
if not removed or removed[1] ~= ARGV[1] .. '-' .. ARGV[2] or removed[1] == last[1] then
  return -1
end
-- A task that cannot be read, or that is lost, may be an open one.
local tasks = redis.call('HVALS', KEYS[4])
if #tasks < tonumber(redis.call('HGET', KEYS[3], KEYS[4]) or '0') then
  return -1
end
for _, raw in ipairs(tasks) do
  local readable, task = pcall(cjson.decode, raw)
  if not readable or type(task) ~= 'table' or type(task.started_at) ~= 'number' then
    return -1
  end
  if task.state ~= 'completed' and task.state ~= 'closed' and task.started_at < tonumber(ARGV[5]) then
    return -1
  end
end
-- The checkpoint first: a server without memory refuses this one, and then nothing was written.
redis.call('HSET', KEYS[2], 'seq', ARGV[1], 'state', ARGV[3])
return redis.call('XTRIM', KEYS[1], 'MINID', string.format('%.0f', ARGV[1] + 1))
