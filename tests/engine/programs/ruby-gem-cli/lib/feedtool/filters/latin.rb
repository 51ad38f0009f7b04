# Ruby loads the tables of an encoding when it is first used
Feedtool::Filters::Latin = lambda do |text|
  %w[ISO-8859-2 Shift_JIS UTF-16BE EUC-KR].map { |name| "#{name} #{text.encode(name, undef: :replace, replace: "?").bytes.map { |one| format("%02x", one) }.join}" }
end
