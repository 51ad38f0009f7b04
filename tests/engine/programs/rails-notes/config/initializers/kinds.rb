ActiveSupport::Inflector.inflections(:en) { |i| i.irregular "note", "notes" }
Mime::Type.register "text/x-note", :note
