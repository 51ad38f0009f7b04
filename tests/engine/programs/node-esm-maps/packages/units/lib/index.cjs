exports.convert = () => { throw new Error('use import'); };
