class TouchJob < ActiveJob::Base
  def perform(note) = note.touch
end
