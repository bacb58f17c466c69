-- owner, kept; epoch, bytes, milliseconds
local epoch = tonumber(ARGV[1])
if tonumber(redis.call('HGET', KEYS[1], 'epoch') or 0) > epoch then return 0 end
if tonumber(redis.call('HGET', KEYS[2], 'epoch') or 0) > epoch then return 0 end
redis.call('HSET', KEYS[2], 'epoch', ARGV[1], 'bytes', ARGV[2])
redis.call('PEXPIRE', KEYS[2], ARGV[3])
return 1
