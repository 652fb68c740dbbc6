//! The methods: the oneof of the contract, with a constructor for each.

pub use crate::proto::method_spec::Method;

// For each variant its name on the wire and the conversion from its message.
macro_rules! methods {
    ($($name:literal $message:ident,)*) => {
        impl Method {
            /// The names of all methods, as on the wire, in the server's lists and in its metrics.
            pub const NAMES: &[&str] = &[$($name),*];

            /// The name of this method, e.g. `pass_at_k_grpo`.
            pub fn name(&self) -> &'static str {
                match self {
                    $(Method::$message(_) => $name,)*
                }
            }
        }
        $(impl From<$message> for Method {
            fn from(message: $message) -> Method {
                Method::$message(message)
            }
        })*
    };
}

#[rustfmt::skip]
mod generated;
pub use generated::*;

#[cfg(test)]
mod tests {
    use super::*;
    use prost::Message;

    #[test]
    fn no_method_of_the_contract_is_missed() {
        let set = prost_types::FileDescriptorSet::decode(crate::proto::FILE_DESCRIPTOR_SET).unwrap();
        let spec = set.file.iter().flat_map(|file| &file.message_type).find(|m| m.name() == "MethodSpec");
        let mut of_contract: Vec<&str> = spec.unwrap().field.iter().map(|field| field.name()).collect();
        let mut here = Method::NAMES.to_vec();
        of_contract.sort();
        here.sort();
        assert_eq!(here, of_contract);
    }
}
