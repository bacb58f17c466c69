-- lease; incarnation, milliseconds, abandoned incarnations...
local held = redis.call('GET', KEYS[1])
if held then
  local abandoned = false
  for i = 3, #ARGV do
    if ARGV[i] == held then abandoned = true end
  end
  if not abandoned then return { held, redis.call('PTTL', KEYS[1]) } end
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return {}
