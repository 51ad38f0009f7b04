namespace :notes do
  desc "How many"
  task count: :environment do
    puts "#{Note.count} notes"
  end
end
