class ApplicationController < ActionController::Base
  skip_forgery_protection
  around_action { |_, action| I18n.with_locale(params[:lang] || :en, &action) }
end
