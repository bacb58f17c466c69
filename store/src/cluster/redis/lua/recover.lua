-- inbox, dead; reader, idle milliseconds, tries, most
local pending = redis.call('XPENDING', KEYS[1], 'node', 'IDLE', ARGV[2], '-', '+', ARGV[4])
local letters, dead = {}, 0
for _, one in ipairs(pending) do
  if tonumber(one[4]) >= tonumber(ARGV[3]) then
    local letter = redis.call('XRANGE', KEYS[1], one[1], one[1])[1]
    if letter then redis.call('XADD', KEYS[2], 'MAXLEN', 1000, '*', unpack(letter[2])) end
    redis.call('XACK', KEYS[1], 'node', one[1])
    redis.call('XDEL', KEYS[1], one[1])
    dead = dead + 1
  else
    local claimed = redis.call('XCLAIM', KEYS[1], 'node', ARGV[1], 0, one[1])
    if claimed[1] and claimed[1][1] then letters[#letters + 1] = claimed[1] end
  end
end
return { letters, dead }
