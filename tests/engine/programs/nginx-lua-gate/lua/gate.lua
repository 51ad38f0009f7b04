local cjson = require "cjson.safe"
local M = { towns = {} }

function M.load(path)
    for line in io.lines(path) do
        local name, zone, people = line:match "^([^\t#]+)\t([^\t]+)\t(%d+)$"
        if name then table.insert(M.towns, { name, zone, tonumber(people) }) end
    end
end

function M.page(name, values)
    local file = assert(io.open("/opt/gate/pages/" .. name .. ".tpl"))
    local text = file:read "*a"
    file:close()
    ngx.header.content_type = "text/html"
    ngx.print((text:gsub("{{(%w+)}}", function(key) return tostring(values[key] or "") end)))
end

function M.fail(code, why)
    ngx.status = code
    ngx.header.content_type = "application/json"
    ngx.say(cjson.encode { why })
    return ngx.exit(ngx.HTTP_OK)
end

-- lua/handlers/NAME.lua answers /do/NAME
function M.handle(name)
    local found, handler = pcall(require, "handlers." .. name)
    if not found then
        if handler:find("module 'handlers." .. name, 1, true) then return ngx.exit(404) end
        ngx.log(ngx.ERR, "handler ", name, " does not load: ", handler:match "[^\n]*")
        return ngx.exit(500)
    end
    ngx.req.read_body()
    local answer, code = handler(ngx.req.get_uri_args(), ngx.req.get_body_data(), M)
    if code then return M.fail(code, answer) end
    ngx.header.content_type = type(answer) == "table" and "application/json" or "text/plain"
    ngx.say(type(answer) == "table" and cjson.encode(answer) or answer)
end

return M
