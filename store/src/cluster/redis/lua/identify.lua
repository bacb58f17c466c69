-- identity; cluster, fingerprint, format
if redis.call('EXISTS', KEYS[1]) == 0 then
  redis.call('HSET', KEYS[1], 'cluster', ARGV[1], 'fingerprint', ARGV[2], 'format', ARGV[3])
end
return redis.call('HMGET', KEYS[1], 'cluster', 'fingerprint', 'format')
