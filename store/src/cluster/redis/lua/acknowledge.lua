-- inbox; places...
redis.call('XACK', KEYS[1], 'node', unpack(ARGV))
redis.call('XDEL', KEYS[1], unpack(ARGV))
return 1
