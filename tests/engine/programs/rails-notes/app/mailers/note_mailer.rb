class NoteMailer < ActionMailer::Base
  default from: "notes@example.org"
  def added(note)
    @note = note
    mail to: "x@example.org", subject: "added"
  end
end
