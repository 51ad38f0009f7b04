local lpeg = require "lpeg"
local P, R, S, V, C, Cf, Cg = lpeg.P, lpeg.R, lpeg.S, lpeg.V, lpeg.C, lpeg.Cf, lpeg.Cg
local space = S " \t" ^ 0
local number = C(P "-" ^ -1 * R "09" ^ 1 * (P "." * R "09" ^ 1) ^ -1) / tonumber * space
local function op(set) return C(S(set)) * space end
local function fold(a, o, b)
    if o == "+" then return a + b elseif o == "-" then return a - b elseif o == "*" then return a * b else return a / b end
end
local grammar = P {
    "all",
    all = space * V "sum" * -1,
    sum = Cf(V "product" * Cg(op "+-" * V "product") ^ 0, fold),
    product = Cf(V "value" * Cg(op "*/" * V "value") ^ 0, fold),
    value = number + P "(" * space * V "sum" * P ")" * space,
}

return function(args)
    local value = grammar:match(args.of or "")
    if not value then return "not a sum", 422 end
    return string.format("%.6g", value)
end
