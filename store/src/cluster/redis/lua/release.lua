-- owner; incarnation, epoch, milliseconds
local owner = redis.call('HMGET', KEYS[1], 'incarnation', 'epoch')
if owner[1] ~= ARGV[1] or owner[2] ~= ARGV[2] then return 0 end
redis.call('HDEL', KEYS[1], 'node', 'incarnation')
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 1
