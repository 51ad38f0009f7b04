<footer>notes</footer>
