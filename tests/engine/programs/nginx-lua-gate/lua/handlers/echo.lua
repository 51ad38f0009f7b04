local cjson = require "cjson.safe"

return function(_, body)
    local value, why = cjson.decode(body or "")
    if value == nil then return "no JSON: " .. tostring(why):gsub(" at character.*", ""), 400 end
    return { #value, value }
end
