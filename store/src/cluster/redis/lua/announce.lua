-- presences; agent, version, value ("version node bytes")
local shown = redis.call('HGET', KEYS[1], ARGV[1])
if shown and tonumber(string.match(shown, '^%d+')) >= tonumber(ARGV[2]) then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
return 1
