-- Reads a project's whole state at one moment.
--
-- KEYS  1 sequence  2… hashes whose values are JSON documents
-- Answer  {sequence, one JSON array of documents per hash}
--
-- Joined here, because one long string crosses and decodes many times faster than 10,000 fields.

local answer = {redis.call('GET', KEYS[1]) or '0'}
for i = 2, #KEYS do
  answer[i] = '[' .. table.concat(redis.call('HVALS', KEYS[i]), ',') .. ']'
end
return answer
