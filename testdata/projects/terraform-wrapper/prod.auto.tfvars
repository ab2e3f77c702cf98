text_messages = {
  external_id = "customers-text"
}
