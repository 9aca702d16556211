-- name: epsilon_answer
SELECT job, content FROM epsilon WHERE scope = :scope AND question = :question;

-- name: epsilon_spent
-- Of one requester, or of all; whether the account was shared when it was written does not matter.
SELECT epsilon FROM epsilon WHERE permit = :permit AND (:requester IS NULL OR requester = :requester);

-- name: spend_epsilon
INSERT INTO epsilon (scope, question, job, permit, requester, epsilon, content)
VALUES (:scope, :question, :job, :permit, :requester, :epsilon, :content);

-- name: epsilon_by_requester
SELECT permit, requester, epsilon FROM epsilon ORDER BY line_id;
