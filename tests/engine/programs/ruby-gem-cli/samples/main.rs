fn main() {
    println!("hi"); // rust
}
