-- inbox, seen; id, from, kind, bytes, bound, window in milliseconds, milliseconds to keep the inbox
local window = tonumber(ARGV[6])
if window > 0 then
  local time = redis.call('TIME')
  local now = time[1] * 1000 + math.floor(time[2] / 1000)
  redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now - window)
  if redis.call('ZSCORE', KEYS[2], ARGV[1]) then return 2 end
  if redis.call('XLEN', KEYS[1]) >= tonumber(ARGV[5]) then return 0 end
  redis.call('ZADD', KEYS[2], now, ARGV[1])
  redis.call('PEXPIRE', KEYS[2], window)
elseif redis.call('XLEN', KEYS[1]) >= tonumber(ARGV[5]) then
  return 0
end
redis.call('XADD', KEYS[1], '*', 'id', ARGV[1], 'from', ARGV[2], 'kind', ARGV[3], 'bytes', ARGV[4])
redis.call('PEXPIRE', KEYS[1], ARGV[7])
return 1
