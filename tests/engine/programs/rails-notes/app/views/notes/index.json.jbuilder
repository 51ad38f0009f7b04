json.array! @notes, :id, :text
