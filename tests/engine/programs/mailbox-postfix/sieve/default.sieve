require ["fileinto", "mailbox", "vacation"];
if header :contains "subject" "[list]" {
  fileinto :create "Lists";
}
