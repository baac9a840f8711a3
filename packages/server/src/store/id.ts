const form = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** Whether the text can be an id of this server. Ids have one form; what has another is nobody's, and no error. */
export const isId = (text: string): boolean => form.test(text)
