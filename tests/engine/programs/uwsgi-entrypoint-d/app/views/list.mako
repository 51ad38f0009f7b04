<%inherit file="base.mako"/><ul>
% for i in items:
<li>${i["name"] | h}: ${i["n"]}</li>
% endfor
</ul>
