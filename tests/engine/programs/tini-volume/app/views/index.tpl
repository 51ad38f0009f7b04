<!doctype html>
<ul>
% for note in notes:
<li>{{note}}</li>
% end
</ul>
% include("foot")
