local redis = require "resty.redis_that_nobody_installed"
return function() return redis.ping() end
