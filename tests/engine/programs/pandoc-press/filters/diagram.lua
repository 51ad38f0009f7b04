-- a code block of class dot becomes a picture
function CodeBlock(block)
  if block.classes[1] == "dot" then
    local svg = pandoc.pipe("dot", {"-Tsvg"}, block.text)
    local name = pandoc.utils.sha1(block.text) .. ".svg"
    pandoc.mediabag.insert(name, "image/svg+xml", svg)
    return pandoc.Para({pandoc.Image({pandoc.Str("diagram")}, name)})
  end
end
