module NotesHelper
  def loud(text) = tag.b(text.upcase)
end
