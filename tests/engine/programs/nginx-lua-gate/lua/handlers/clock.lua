return function(args)
    return os.date("%Y-%m-%d %H:%M %Z", tonumber(args.at) or 0)
end
