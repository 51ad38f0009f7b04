return function() error("crashed on purpose") end
