function Str(e) return pandoc.Str(e.text:upper()) end
