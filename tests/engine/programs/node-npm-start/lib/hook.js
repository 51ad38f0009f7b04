global.hooked = true
