return function(args, _, gate)
    local all = {}
    for _, town in ipairs(gate.towns) do
        if town[3] >= (tonumber(args.min) or 0) then table.insert(all, town) end
    end
    table.sort(all, function(a, b) return a[3] > b[3] end)
    return all
end
