Rails.application.routes.draw do
  root "notes#index"
  resources :notes, only: %i[index create show]
  get "up", to: proc { [200, { "Content-Type" => "text/plain" }, ["ok"]] }
  get "fail", to: "notes#failing"
  get "zone", to: "notes#zone"
  match "/404", to: "notes#missing", via: :all
end
