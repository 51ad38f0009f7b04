<?php function word() { return 'größe'; }
