-- name: epsilon_answer
SELECT job, content FROM epsilon WHERE scope = :scope AND question = :question;

-- name: epsilon_spent
SELECT epsilon FROM epsilon WHERE scope = :scope;

-- name: spend_epsilon
INSERT INTO epsilon (scope, question, job, permit, requester, epsilon, content)
VALUES (:scope, :question, :job, :permit, :requester, :epsilon, :content);

-- name: epsilon_by_requester
SELECT permit, requester, epsilon FROM epsilon ORDER BY line_id;
