-- Reads when each clone was last heard.
--
-- KEYS  1 heartbeats
-- Answer  {the store's time in ms since 1970, then id and heartbeat of each clone in turn}

local answer = redis.call('HGETALL', KEYS[1])
local time = redis.call('TIME')
table.insert(answer, 1, string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000)))
return answer
