<!doctype html><title>gate</title><p>{{n}} towns, a secret of {{secret}} letters{{none}}</p>
