-- owner; node, incarnation, dead incarnation or '', stored epoch, milliseconds
local owner = redis.call('HMGET', KEYS[1], 'node', 'incarnation', 'epoch')
local by = owner[2]
if by and by ~= ARGV[2] and by ~= ARGV[3] then return owner end
local epoch = string.format('%.0f', math.max(tonumber(owner[3] or 0), tonumber(ARGV[4])) + 1)
redis.call('HSET', KEYS[1], 'node', ARGV[1], 'incarnation', ARGV[2], 'epoch', epoch)
redis.call('PEXPIRE', KEYS[1], ARGV[5])
return { epoch }
