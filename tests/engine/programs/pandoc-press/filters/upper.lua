local text = require("text")
function Strong(el)
  return el:walk({Str = function(s) return pandoc.Str(text.upper(s.text)) end})
end
