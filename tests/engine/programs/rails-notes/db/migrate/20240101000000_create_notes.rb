class CreateNotes < ActiveRecord::Migration[6.1]
  def change
    create_table(:notes) { |t| t.text :text; t.timestamps }
  end
end
