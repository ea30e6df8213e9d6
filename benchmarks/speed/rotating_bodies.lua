-- wrk's script of service_speed.py: the bodies of a file in turn, each stamp in them replaced by the number of
-- the request, so that no text comes twice. Arguments: the file, the stamp, the Authorization header or "".
local bodies, number, stamp, head = {}, 0, nil, nil

function init(args)
   for line in io.lines(args[1]) do bodies[#bodies + 1] = line end
   stamp = args[2]
   head = { ["Content-Type"] = "application/json" }
   if args[3] ~= "" then head["Authorization"] = args[3] end
   math.randomseed(os.time())
   number = math.random(0, 89999999)
end

function request()
   number = number + 1
   local body = bodies[number % #bodies + 1]:gsub(stamp, string.format("%08d", number))
   return wrk.format("POST", nil, head, body)
end
