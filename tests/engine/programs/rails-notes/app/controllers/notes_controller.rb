class NotesController < ApplicationController
  def index
    @notes = Note.order(:id)
    respond_to do |format|
      format.html
      format.json
      format.note { render plain: @notes.map(&:text).join("\n") }
    end
  end

  def show
    @note = Note.find(params[:id])
    render plain: @note.text
  end

  def create
    note = Note.new(text: params[:text])
    return render(json: note.errors.full_messages, status: 422) unless note.save
    NoteMailer.added(note).deliver_now
    TouchJob.perform_now(note)
    redirect_to note_path(note)
  end

  def zone = render(plain: I18n.l(Time.utc(2024, 7, 1, 12).in_time_zone, format: :long))
  def failing = raise("as asked")
  def missing = render(:missing, status: 404)
end
